"""The forms of the gateway's own file. The number of a step is the form that it makes."""
