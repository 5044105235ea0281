# The supervisor and the operator's command stay away from the message bus and its threads.
$(B)/supervise $(B)/ctl $(B)/tools/fakedaemon: LDLIBS :=
