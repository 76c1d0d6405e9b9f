# SPDX-License-Identifier: MIT
"""The networks that are compared, by name."""

from inception import INCEPTION
from mobile_net import MOBILE_NET, MOBILE_NET_V2

NETWORKS = {network.name: network for network in (INCEPTION, MOBILE_NET, MOBILE_NET_V2)}
