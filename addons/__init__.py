"""mitmproxy addons: they translate a proxy event into a core `Flow`, ask the engine, and apply its ruling."""
