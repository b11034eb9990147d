"""The statements behind `rules.reach_out.store`: who takes part, and what a change sends."""
