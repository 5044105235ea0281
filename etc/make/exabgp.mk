# ExaBGP's command line: not in bin, where it would hide an ExaBGP that is installed as well.
.PHONY: install-exabgp
install: install-exabgp
install-exabgp:
	install -D -m 755 etc/exabgp $(DEST)/libexec/troupe/exabgp
	install -D -m 755 etc/exabgpcli $(DEST)/libexec/troupe/exabgpcli
