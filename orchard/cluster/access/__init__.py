"""Ways into a cluster: keys, tunnels, the Studio."""
