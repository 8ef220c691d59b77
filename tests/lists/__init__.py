"""Tests of agent/lists."""
