"""Helpers of the system tests: `group` starts troupe, `bgp` plays its neighbour."""
