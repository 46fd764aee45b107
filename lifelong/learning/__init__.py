"""学习: what a learner does with what is published. Hangs on the resource, whichever version is online."""
