"""The desktop app: a window that speaks XML-RPC to an agent and does no work itself."""
