"""The commands: `porchlight serve | work | migrate | demo | backup | openapi | keys`."""
