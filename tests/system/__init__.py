"""System tests: the real gateway, real curl and real Chromium in network namespaces of their own."""
