"""The programs that EMR puts on the PATH of a primary node, as far as they can work on this machine.

They run in processes of their own, started by steps, and import nothing of the emulator that would take long.
"""
