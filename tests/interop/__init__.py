"""What Atlassian's own packages say of ours: the manifest, the descriptor, the Forge screens, and every kind of token.

They are installed from npm into `build/npm`, at pinned versions, when the tests run; nothing of them is kept here. On a
computer without node, npm or a registry these tests skip and say why.
"""
