"""`python -m bitrix_node.hosts.cli`."""

from bitrix_node.hosts.cli import main

if __name__ == "__main__":
    main()
