/*
 * Included at the end of every fuzzer. With FUZZ_REPLAY it gives a main() that feeds each file
 * (or each file of each directory) named on the command line to the fuzzer, without clang.
 */
#ifndef TROUPE_TESTS_FUZZ_REPLAY_H
#define TROUPE_TESTS_FUZZ_REPLAY_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#ifdef FUZZ_REPLAY

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static int
replay_file(const char *path, size_t size)
{
	uint8_t *data =
		malloc(size > 0 ? size : 1); /* exact, so that ASan sees one byte too many */
	FILE *file = fopen(path, "rb");

	if (data == NULL || file == NULL || fread(data, 1, size, file) != size) {
		perror(path);
		exit(1);
	}
	fclose(file);
	LLVMFuzzerTestOneInput(data, size);
	free(data);
	return 1;
}

static int
replay_path(const char *path)
{
	struct stat st;

	if (stat(path, &st) != 0) {
		perror(path);
		exit(1);
	}
	if (S_ISREG(st.st_mode))
		return replay_file(path, (size_t)st.st_size);
	struct dirent **names;
	int count = scandir(path, &names, NULL, alphasort);
	int done = 0;
	for (int i = 0; i < count; i++) {
		char inside[4096];

		snprintf(inside, sizeof(inside), "%s/%s", path, names[i]->d_name);
		if (names[i]->d_name[0] != '.')
			done += replay_path(inside);
		free(names[i]);
	}
	if (count >= 0)
		free(names);
	return done;
}

int
main(int argc, char **argv)
{
	int done = 0;

	for (int i = 1; i < argc; i++)
		done += replay_path(argv[i]);
	printf("%d inputs replayed\n", done);
	return 0;
}

#endif
#endif
