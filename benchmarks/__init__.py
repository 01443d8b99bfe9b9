"""What the dialer can do on this machine, as ratios against a baseline of the same run: `make bench`."""
