"""Events: what happens on the portal, told to the addresses and queues that subscribed to it."""
