"""Make a bilingual article from its prose and from one run of its program.

The modules follow the data, one step each::

    tutorial -> run -> record -+
                               +-> weave -> hooks (MkDocs)
    article -------------------+
"""
