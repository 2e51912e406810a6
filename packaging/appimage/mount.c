/* Serves the image by FUSE, so that nothing is unpacked: in a process of its own, as long as anything there is in use. */

#include "runtime.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <squashfuse/ll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

/* Milliseconds between two tries to unmount, at first and at most. */
enum { SOON = 200, LATE = 30000 };

static const struct fuse_lowlevel_ops answers = {
    .getattr = sqfs_ll_op_getattr,
    .opendir = sqfs_ll_op_opendir,
    .releasedir = sqfs_ll_op_releasedir,
    .readdir = sqfs_ll_op_readdir,
    .lookup = sqfs_ll_op_lookup,
    .open = sqfs_ll_op_open,
    .create = sqfs_ll_op_create,
    .release = sqfs_ll_op_release,
    .read = sqfs_ll_op_read,
    .readlink = sqfs_ll_op_readlink,
    .forget = sqfs_ll_op_forget,
    .statfs = stfs_ll_op_statfs,
};

/* In a process of its own, whose number it returns or -1, for unmounting asks the file system, and it may be we who answer. Where
 * that is not done `lazily`, it fails while something there is in use. */
static pid_t try_to_unmount(const char *point, bool lazily)
{
    const char *how = lazily ? "-uqz" : "-uq";
    pid_t child = fork();

    if (child != 0)
        return child;
    if (umount2(point, UMOUNT_NOFOLLOW | (lazily ? MNT_DETACH : 0)) == 0)
        _exit(0);
    execlp("fusermount3", "fusermount3", how, "--", point, (char *)NULL);
    execlp("fusermount", "fusermount", how, "--", point, (char *)NULL);
    _exit(1);
}

void remove_dead_mount(const char *point)
{
    pid_t child = try_to_unmount(point, true);

    while (child > 0 && waitpid(child, NULL, 0) < 0 && errno == EINTR)
        ;
    rmdir(point);
}

/* Answers until the image is unmounted, which is tried once the pipe `alive` has no writer any more. */
static void serve(struct fuse_session *session, const char *point, int alive)
{
    struct pollfd watched[2] = {{fuse_session_fd(session), POLLIN, 0}, {alive, POLLIN, 0}};
    struct fuse_buf buffer = {.mem = NULL};
    int pause = -1;

    while (!fuse_session_exited(session)) {
        int ready = poll(watched, 2, pause);
        if (ready < 0 && errno != EINTR)
            break;
        if (ready == 0) {
            while (waitpid(-1, NULL, WNOHANG) > 0)
                ;
            try_to_unmount(point, false);
            pause = pause * 2 < LATE ? pause * 2 : LATE;
        }
        if (ready > 0 && watched[1].revents) {
            watched[1].fd = -1;
            pause = SOON;
        }
        if (ready > 0 && watched[0].revents) {
            int got = fuse_session_receive_buf(session, &buffer);
            if (got == -EINTR)
                continue;
            if (got <= 0)
                break;
            fuse_session_process_buf(session, &buffer);
        }
    }
    free(buffer.mem);
}

/* What the split-off process does: mounts, says by one byte that it did, serves, and takes the folder away. */
static void keep(const char *path, size_t offset, const char *point, int mounted, int alive)
{
    char *words[] = {"filexfer", "-o", "ro,nosuid,nodev,subtype=squashfuse", NULL};
    struct fuse_args arguments = FUSE_ARGS_INIT(3, words);
    struct fuse_lowlevel_ops operations = answers;
    sqfs_ll_chan channel;
    sqfs_ll *image;

    hold_only(mounted, alive);
    /* The end of a session is for the app, which needs its files to end in good order. We end when nobody uses them. */
    signal(SIGTERM, SIG_IGN);
    signal(SIGINT, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
    image = sqfs_ll_open(path, offset);
    if (!image || sqfs_ll_mount(&channel, point, &arguments, &operations, sizeof operations, image) != SQFS_OK)
        _exit(1);
    if (write(mounted, "", 1) == 1) {
        close(mounted);
        serve(channel.session, point, alive);
    }
    sqfs_ll_unmount(&channel, point);
    rmdir(point);
    _exit(0);
}

int mount_image(const char *path, size_t offset, const char *point)
{
    int mounted[2], alive[2];
    pid_t child;
    char byte;
    bool right;

    if (access("/dev/fuse", R_OK | W_OK) != 0 || pipe(mounted) != 0)
        return -1;
    if (pipe(alive) != 0) {
        close(mounted[0]);
        close(mounted[1]);
        return -1;
    }
    child = split_off();
    if (child == 0) {
        close(mounted[0]);
        close(alive[1]);
        keep(path, offset, point, mounted[1], alive[0]);
    }
    close(mounted[1]);
    close(alive[0]);
    right = child > 0 && read(mounted[0], &byte, 1) == 1;
    close(mounted[0]);
    if (!right)
        close(alive[1]);
    return right ? alive[1] : -1;
}
