"""The reach-out: pressed, answered, talked through, closed, looked back on.

`machine` decides what every event does to it, of the values in `state`; `store` is its one loader and writer. `press/`,
`answer`, `closing`, `messages` are what people do; `advance` is what time and changes around it do.
"""
