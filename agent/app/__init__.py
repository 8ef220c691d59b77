"""The one place that knows every part: builds the engine, and runs the gateway with store, metrics and reload."""
