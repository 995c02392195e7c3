"""One parameter of a definition as one property of an n8n panel."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from bitrix_node.n8n.package.locators import LOCATOR, locator_modes
from bitrix_node.n8n.package.lookups import field_method_name, method_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bitrix_node.definitions.models import Condition, Option, Parameter

Property = dict[str, Any]

# What n8n expects as the default of a type where the definition gives none.
_EMPTY_DEFAULTS: Mapping[str, Any] = {
    "boolean": False,
    "number": 0,
    "multiOptions": [],
    "collection": {},
    "fixedCollection": {},
    "resourceMapper": {"mappingMode": "defineBelow", "value": None},
}
# n8n shows these as HTML.
_RICH_TEXTS = ("description", "hint")
_TYPE_OPTIONS = {"rows": "rows", "min_value": "minValue", "max_value": "maxValue"}
# What n8n's linter wants to read about a dropdown whose choices are loaded.
_LOADED = {
    kind: f'Choose from the list, or specify {what} using an <a href="https://docs.n8n.io/code/expressions/">expression</a>'
    for kind, what in (("options", "an ID"), ("multiOptions", "IDs"))
}
_EXISTS = {"_cnd": {"exists": True}}


def render_property(parameter: Parameter, siblings: Sequence[Parameter] = ()) -> Property:
    """Renders one parameter with all that is inside it.

    Args:
        parameter: The parameter.
        siblings: The members of the collection it stands in; none at the top level of the panel.
    """
    rendered: Property = {
        "displayName": parameter.display_name,
        "name": parameter.name,
        "type": parameter.type,
        "default": _default(parameter),
        "typeOptions": _type_options(parameter),
        "required": parameter.required or None,
        "placeholder": parameter.placeholder,
        "options": _options(parameter),
        "modes": locator_modes(parameter.lookup) if parameter.lookup and parameter.type == LOCATOR else None,
        "displayOptions": _display_options(parameter.show, siblings),
    }
    rendered |= {name: escape(getattr(parameter, name) or "", quote=False) or None for name in _RICH_TEXTS}
    loaded = _LOADED.get(parameter.type)
    if loaded and parameter.field_lookup:
        own = (rendered["description"] or "").rstrip(".")
        rendered["description"] = f"{own}. {loaded}." if own else loaded
    return {key: value for key, value in rendered.items() if key == "default" or value not in (None, {})}


def _optional(member: Parameter) -> Parameter:
    """Says in words that a member of a collection is required.

    n8n would miss a required member even on panels that do not show the collection.
    """
    if not member.required:
        return member
    sentences = [text for text in ((member.description or "").rstrip("."), "Required") if text]
    return member.model_copy(update={"required": False, "description": ". ".join(sentences) + "."})


def _default(parameter: Parameter) -> Any:
    if parameter.type == LOCATOR and not isinstance(parameter.default, dict):
        return {"mode": "list", "value": parameter.default}
    if parameter.default != "":
        return parameter.default
    if parameter.type == "options" and parameter.options:
        return parameter.options[0].value
    return _EMPTY_DEFAULTS.get(parameter.type, "")


def _type_options(parameter: Parameter) -> Property:
    rendered: Property = {key: _number(getattr(parameter, name)) for name, key in _TYPE_OPTIONS.items()}
    rendered["password"] = parameter.password or None
    rendered["multipleValues"] = parameter.multiple or None
    rendered["resourceMapper"] = _resource_mapper(parameter)
    if parameter.lookup and parameter.type != LOCATOR:
        rendered["loadOptionsMethod"] = method_name(parameter.lookup)
    if parameter.type in _LOADED:
        rendered.setdefault("loadOptionsMethod", field_method_name(parameter))
    if parameter.type != "fixedCollection":
        # n8n sees a change of a locator only in its value.
        places = [place for path in parameter.depends_on for place in (path, f"{path}.value")]
        rendered["loadOptionsDependsOn"] = places or None
    return {key: value for key, value in rendered.items() if value is not None}


def _resource_mapper(parameter: Parameter) -> Property | None:
    """The mapper's settings: fields are added one by one, and none is matched by, as records are found in other ways.

    In n8n's mode `add` a required field would have to be filled in here although it may be given elsewhere.
    """
    if parameter.type != "resourceMapper":
        return None
    return {
        "resourceMapperMethod": parameter.field_lookup,
        "mode": "map",
        "valuesLabel": parameter.display_name,
        "fieldWords": {"singular": "field", "plural": "fields"},
        "addAllFields": False,
        "noFieldsError": "No fields came from Bitrix24.",
        "supportAutoMap": True,
    }


def _number(value: float | None) -> float | int | None:
    return int(value) if value is not None and value == int(value) else value


def _options(parameter: Parameter) -> list[Property] | None:
    if parameter.type == "collection":
        shown = [member for member in parameter.members if not member.refuses]
        members = sorted(shown, key=lambda member: member.display_name.lower())
        return [render_property(_optional(member), parameter.members) for member in members]
    if parameter.type == "fixedCollection":
        return [
            {
                "displayName": group.display_name,
                "name": group.name,
                "values": [render_property(member, group.members) for member in group.members],
            }
            for group in parameter.groups
        ]
    return [_choice(option) for option in parameter.options] if parameter.options else None


def _choice(option: Option) -> Property:
    return option.model_dump(include={"name", "value", "description"}, exclude_none=True)


def _display_options(show: Condition | None, siblings: Sequence[Parameter]) -> Property:
    rendered: Property = {"show": {}, "hide": {}}
    names = {sibling.name for sibling in siblings}
    for path, wanted in (show or {}).items():
        # Inside a collection n8n looks names up among the siblings, unless they begin at the root of the panel.
        place = path if not siblings or path.split(".")[0] in names else f"/{path}"
        if wanted == "missing":
            rendered["hide"][place] = [_EXISTS]
        else:
            rendered["show"][place] = [_EXISTS] if wanted == "given" else list(wanted)
    return {key: value for key, value in rendered.items() if value}
