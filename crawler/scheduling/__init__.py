"""Which request is next: the order, the topic, the links that are followed, the traps that are not."""
