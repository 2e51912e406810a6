"""The servers at the side, and all that is done to know, to pair with and to look after one, this computer's share among them."""
