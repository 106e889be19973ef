"""What decoders share: imported once by the process that they are forks of, which has no other thread."""

from viewer import drawing
from viewer.documents import fields, papers, pool, shrink
from viewer.memory import keep

NEEDED = (drawing, fields, papers, pool, shrink)

keep()
