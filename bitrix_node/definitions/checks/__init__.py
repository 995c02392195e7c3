"""The checks behind `validate`: each module holds the definitions against one kind of rule."""
