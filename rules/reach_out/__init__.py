"""The reach-out: pressed, answered, talked through, closed, looked back on.

`machine` decides what each event changes in the values of `state`; `store` loads and saves them for it. `press/`, `answer`,
`closing` and `messages` are what people do; `advance` is what time and changes around it do. Receipts and refusals of
pushes are recorded beside the machine (`notifications/record.py`).
"""
