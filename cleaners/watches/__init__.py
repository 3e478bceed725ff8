"""Watches: what was stored is judged, once, by what people wait for, and put into issues for their channels.

``judge`` reads the events of a store and notes what each watch has to tell; ``issues`` makes issues of that when they
are due, and gives what is in them. Who delivers them is not known here (:mod:`crawler.notify`).
"""
