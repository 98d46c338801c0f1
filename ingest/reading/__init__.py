"""Reads text, numbers, dates and agencies as Vietnamese official documents write them."""
