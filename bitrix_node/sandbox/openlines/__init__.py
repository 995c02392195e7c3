"""Open lines: channels with queues of operators, and sessions in which they talk to customers in chats."""
