"""Every screen of the phone app, as people meet it: looked over by axe and a ruler, and put into pictures."""
