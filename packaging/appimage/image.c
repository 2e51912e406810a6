/* Finds the image: the squashfs that was appended to this very program, right behind the last of its section headers; and looks its
 * head over, which the library that reads it takes at its word. */

#include "runtime.h"

#include <endian.h>
#include <fcntl.h>
#include <link.h>
#include <squashfuse/squashfs_fs.h>
#include <string.h>
#include <unistd.h>

size_t image_offset(const char *path)
{
    ElfW(Ehdr) head;
    char magic[4];
    size_t offset = 0;
    int file = open(path, O_RDONLY | O_CLOEXEC);

    if (file < 0)
        return 0;
    if (pread(file, &head, sizeof head, 0) == (ssize_t)sizeof head && memcmp(head.e_ident, ELFMAG, SELFMAG) == 0)
        offset = head.e_shoff + (size_t)head.e_shentsize * head.e_shnum;
    if (offset && (pread(file, magic, sizeof magic, (off_t)offset) != (ssize_t)sizeof magic || memcmp(magic, "hsqs", 4) != 0))
        offset = 0;
    close(file);
    return offset;
}

/* Whether a table of `count` rows of `each` bytes lies before `end`: at its start are the places of its blocks, 8 bytes for each. */
static bool lies_within(uint64_t start, uint64_t count, uint64_t each, uint64_t end)
{
    uint64_t blocks = (count * each + SQUASHFS_METADATA_SIZE - 1) / SQUASHFS_METADATA_SIZE;

    return start < end && blocks * 8 <= end - start;
}

/* The same of a table that an image may do without. */
static bool lies_within_or_is_not(uint64_t start, uint64_t count, uint64_t each, uint64_t end)
{
    return start == (uint64_t)SQUASHFS_INVALID_BLK || lies_within(start, count, each, end);
}

static bool is_sound(const struct squashfs_super_block *head, uint64_t room)
{
    uint64_t end = le64toh(head->bytes_used), inodes = le64toh(head->inode_table_start);
    uint64_t folders = le64toh(head->directory_table_start), root = le64toh(head->root_inode);
    unsigned log = le16toh(head->block_log);

    return end >= sizeof *head && end <= room && le16toh(head->s_major) == SQUASHFS_MAJOR && log >= 12 && log <= 20 &&
           le32toh(head->block_size) == 1U << log && inodes < folders && folders < end && root >> 16 < folders - inodes &&
           (root & 0xffff) < SQUASHFS_METADATA_SIZE && lies_within(le64toh(head->id_table_start), le16toh(head->no_ids), 4, end) &&
           lies_within_or_is_not(le64toh(head->fragment_table_start), le32toh(head->fragments), 16, end) &&
           lies_within_or_is_not(le64toh(head->lookup_table_start), le32toh(head->inodes), 8, end) &&
           lies_within_or_is_not(le64toh(head->xattr_id_table_start), 0, 0, end);
}

bool image_is_whole(const char *path, size_t offset)
{
    struct squashfs_super_block head;
    int file = open(path, O_RDONLY | O_CLOEXEC);
    off_t size = file >= 0 ? lseek(file, 0, SEEK_END) : -1;
    bool right = size >= (off_t)offset && pread(file, &head, sizeof head, (off_t)offset) == (ssize_t)sizeof head &&
                 is_sound(&head, (uint64_t)size - offset);

    if (file >= 0)
        close(file);
    return right;
}
