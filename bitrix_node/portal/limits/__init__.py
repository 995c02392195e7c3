"""The portal's limits: requests in a leaky bucket, and computing time by method."""
