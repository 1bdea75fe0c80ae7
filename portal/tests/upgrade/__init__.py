"""Upgrades of real data: a newsroom stored at an earlier state is brought to the present one."""
