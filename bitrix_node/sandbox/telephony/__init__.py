"""Telephony: calls of own exchanges from ringing to the statistics, their recordings, and SIP connections."""
