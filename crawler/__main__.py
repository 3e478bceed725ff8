"""``python -m crawler`` is the command ``jianbao``."""

from crawler.cli import main

if __name__ == "__main__":
    main()
