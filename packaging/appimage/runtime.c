/* The program at the front of an AppImage (type 2): makes the files of the image appear in a folder, by FUSE or, where that cannot
 * be, by unpacking them, and becomes the program AppRun in there.
 *
 * https://github.com/AppImage/AppImageSpec tells the format and the variables; the options are those of its reference. */

#include "runtime.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The exit code for what is wrong with the AppImage or the system, as shells have it for programs that cannot be run. */
enum { CANNOT = 127 };

static const char help[] =
    "--appimage-help             this text\n"
    "--appimage-offset           where the image begins in this file, in bytes\n"
    "--appimage-extract          unpack the image into ./squashfs-root\n"
    "--appimage-extract-and-run  unpack it into a temporary folder and run it there, without FUSE; this happens by itself where FUSE\n"
    "                            does not work. APPIMAGE_EXTRACT_AND_RUN=1 in the environment says the same.\n"
    "Everything else is for the program inside.\n";

static int say(const char *what, const char *of)
{
    fputs(SAYS, stderr);
    fprintf(stderr, what, of);
    fputc('\n', stderr);
    return CANNOT;
}

static int extract(const char *path, size_t offset)
{
    static const char folder[] = "squashfs-root";

    if (mkdir(folder, 0755) != 0)
        return say(errno == EEXIST ? "There is a “%s” already. Remove it first." : "The folder “%s” could not be made here.", folder);
    if (!extract_image(path, offset, folder))
        return CANNOT;
    puts(folder);
    return 0;
}

/* The image's files, mounted in a new folder; the descriptor that keeps them there, or -1. */
static int mounted(const char *path, size_t offset, char *folder)
{
    int alive = new_folder(folder, false) ? mount_image(path, offset, folder) : -1;

    if (alive < 0)
        rmdir(folder);
    return alive;
}

/* The same by unpacking them. Says why where it cannot be. */
static int unpacked(const char *path, size_t offset, char *folder)
{
    int alive;

    if (!new_folder(folder, true)) {
        say("There is no folder for temporary files that programs may run from. Set %s to one where you may write.", "TMPDIR");
        return -1;
    }
    /* First, so that nothing stays behind either where we are killed while we unpack. */
    alive = keep_until_unused(folder);
    if (alive >= 0 && extract_image(path, offset, folder))
        return alive;
    remove_tree(folder);
    if (alive >= 0)
        close(alive);
    return -1;
}

static int run(const char *path, size_t offset, bool unpack, char **words)
{
    char folder[PATH_MAX] = "", program[PATH_MAX + 16], here[PATH_MAX];

    if ((unpack || mounted(path, offset, folder) < 0) && unpacked(path, offset, folder) < 0)
        return CANNOT;
    setenv("APPIMAGE", path, 1);
    setenv("APPDIR", folder, 1);
    setenv("ARGV0", words[0], 1);
    if (getcwd(here, sizeof here))
        setenv("OWD", here, 1);
    snprintf(program, sizeof program, "%s/AppRun", folder);
    words[0] = program;
    execv(program, words);
    return say(errno == EACCES ? "Programs may not run from “%s”. Set TMPDIR to a folder where they may."
                               : "“%s” could not be started.",
               folder);
}

/* Puts right what whoever started us may have left to us, and both we and the program inside could not work with. */
static void settle(void)
{
    int stream;

    /* Ends of processes that are ignored cannot be waited for. */
    signal(SIGCHLD, SIG_DFL);
    /* A pipe of ours in the place of a closed stream would be taken for the stream. */
    do
        stream = open("/dev/null", O_RDWR);
    while (stream >= 0 && stream <= STDERR_FILENO);
    if (stream >= 0)
        close(stream);
}

int main(int count, char **words)
{
    static char path[PATH_MAX];
    const char *first = count > 1 ? words[1] : "", *asked = getenv("APPIMAGE_EXTRACT_AND_RUN");
    bool unpack = strcmp(first, "--appimage-extract-and-run") == 0;
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
    size_t offset = length > 0 ? image_offset(path) : 0;

    settle();
    if (length <= 0)
        return say("This system does not tell programs where they lie. Mount %s first.", "/proc");
    if (strcmp(first, "--appimage-help") == 0)
        return fputs(help, stdout) < 0;
    if (!offset || !image_is_whole(path, offset))
        return say("This file has no whole image behind its program: it is damaged. Get it anew.%s", "");
    if (strcmp(first, "--appimage-offset") == 0)
        return printf("%zu\n", offset) < 0;
    if (strcmp(first, "--appimage-extract") == 0)
        return extract(path, offset);
    if (strncmp(first, "--appimage-", 11) == 0 && !unpack)
        return say("There is no option “%s”. --appimage-help lists them.", first);
    if (unpack) {
        /* It is for us, not for the program. */
        words[1] = words[0];
        words++;
    }
    return run(path, offset, unpack || (asked && strcmp(asked, "1") == 0), words);
}
