"""The pytest plugin: claim files collect as tests."""
