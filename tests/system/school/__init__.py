"""A school with a gateway that steers: what leaves the kernel, what does not, what happens when a part breaks."""
