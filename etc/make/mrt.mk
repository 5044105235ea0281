# Helper programs for MRT files: they speak the API on their standard input and output.
PROGRAMS += mrtinject mrtdump
SRC_mrtinject := $(wildcard apid/helpers/mrtinject/*.c)
SRC_mrtdump := $(wildcard apid/helpers/mrtdump/*.c)
$(B)/mrtinject $(B)/mrtdump: LDLIBS := -lm
$(B)/tests/mrtinject_%_test: EXTRA = $(call part,mrtinject)
$(B)/tests/mrtdump_%_test: EXTRA = $(call part,mrtdump)
$(B)/fuzz/mrtdump_%_fuzz: EXTRA = $(call part,mrtdump)
