# The supervisor, the operator's command and the health check stay away from the message bus and its threads.
$(B)/supervise $(B)/ctl $(B)/healthcheck $(B)/tools/fakedaemon: LDLIBS :=
