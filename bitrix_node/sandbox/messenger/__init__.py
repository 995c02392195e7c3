"""The messenger's own rules: who is in which chat, who may do what there, what was said.

Three REST APIs speak about the same chats (`im.*`, `imbot.v2.*` and the old `imbot.*`). They differ in words only,
so the rules live here once and each API translates the refusals into its own error codes.
"""
