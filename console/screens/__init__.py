"""Screens: how widgets are arranged, and what keys do. They ask the link through the app."""
