"""Things on their way between programs: drops, pastes and drags, and the sheet that asks before an upload begins."""
