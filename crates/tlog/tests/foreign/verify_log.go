// Verify_log checks a published log with code that shares nothing with Lethe: the Go project's own
// sumdb/note and sumdb/tlog.
//
//	apt-get install golang-go golang-golang-x-mod-dev
//	GO111MODULE=off GOPATH=/usr/share/gocode go run verify_log.go DIR VKEYFILE
//
// DIR holds checkpoint and tile/ as c2sp.org/tlog-tiles lays them out, VKEYFILE the log's verifier
// key. It verifies the checkpoint's signature, hashes every entry again, compares every tile and the
// root with what the entries yield, and makes and checks an inclusion and a consistency proof. It
// prints OK, or says what is wrong and exits with 1. It holds 64 bytes per entry in memory.
//
// It does without tlog.TileHashReader, which before x/mod 0.40 leaves some tiles unverified
// (CVE-2026-56865); Debian 12 carries 0.7.
package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8 // a tile is 2^8 hashes wide

func main() {
	log.SetFlags(0)
	if len(os.Args) != 3 {
		log.Fatal("usage: verify_log DIR VKEYFILE")
	}
	dir := os.Args[1]
	size, root := openCheckpoint(dir, os.Args[2])
	var hashes storedHashes
	for n := int64(0); n < size; n += 1 << height {
		hashes.readEntries(dir, n, min(size-n, 1<<height))
	}
	for level := 0; size>>(height*level) > 0; level++ {
		checkTiles(dir, level, size>>(height*level), hashes)
	}
	require(hashes.root(size) == root, "the entries do not have the checkpoint's root")
	if size > 0 {
		checkProofs(size, root, hashes)
	}
	fmt.Println("OK", size, "entries")
}

// openCheckpoint verifies the signature and reads origin, size and root.
func openCheckpoint(dir, vkeyFile string) (int64, tlog.Hash) {
	verifier, err := note.NewVerifier(strings.TrimSpace(string(read(vkeyFile))))
	check(err)
	signed, err := note.Open(read(filepath.Join(dir, "checkpoint")), note.VerifierList(verifier))
	check(err)
	lines := strings.Split(signed.Text, "\n")
	require(len(lines) >= 4 && lines[0] == verifier.Name(), "the checkpoint is of another log")
	size, err := strconv.ParseInt(lines[1], 10, 64)
	check(err)
	require(size >= 0, "the checkpoint's size is negative")
	root, err := tlog.ParseHash(lines[2])
	check(err)
	return size, root
}

// storedHashes are the hashes of all perfect subtrees, in the order in which they became complete.
type storedHashes []tlog.Hash

func (hashes storedHashes) ReadHashes(indexes []int64) (found []tlog.Hash, err error) {
	for _, index := range indexes {
		found = append(found, hashes[index])
	}
	return found, nil
}

// readEntries hashes the entries of one bundle, from number n on.
func (hashes *storedHashes) readEntries(dir string, n, width int64) {
	path := tilePath(tlog.Tile{H: height, L: -1, N: n >> height, W: int(width)})
	bundle := read(filepath.Join(dir, path))
	for i := int64(0); i < width; i++ {
		require(len(bundle) >= 2, path+" is cut short")
		length := int(binary.BigEndian.Uint16(bundle))
		require(len(bundle) >= 2+length, path+" is cut short")
		completed, err := tlog.StoredHashes(n+i, bundle[2:2+length], *hashes)
		check(err)
		*hashes = append(*hashes, completed...)
		bundle = bundle[2+length:]
	}
	require(len(bundle) == 0, path+" is too long")
}

func (hashes storedHashes) root(size int64) tlog.Hash {
	if size == 0 {
		return sha256.Sum256(nil) // RFC 6962; older versions of tlog say zero
	}
	root, err := tlog.TreeHash(size, hashes)
	check(err)
	return root
}

// checkTiles compares the files of one level with the hashes of the entries.
func checkTiles(dir string, level int, count int64, hashes storedHashes) {
	for n := int64(0); n < count; n += 1 << height {
		tile := tlog.Tile{H: height, L: level, N: n >> height, W: int(min(count-n, 1<<height))}
		expected, err := tlog.ReadTileData(tile, hashes)
		check(err)
		path := tilePath(tile)
		found := read(filepath.Join(dir, path))
		require(bytes.Equal(found, expected), path+" does not hold the hashes of the entries")
	}
}

// checkProofs proves the middle entry, and the growth from a third of the log.
func checkProofs(size int64, root tlog.Hash, hashes storedHashes) {
	index, old := size/2, size/3+1
	inclusion, err := tlog.ProveRecord(size, index, hashes)
	check(err)
	leaf := hashes[tlog.StoredHashIndex(0, index)]
	check(tlog.CheckRecord(inclusion, size, root, index, leaf))
	consistency, err := tlog.ProveTree(size, old, hashes)
	check(err)
	check(tlog.CheckTree(consistency, size, root, old, hashes.root(old)))
}

// tilePath turns Go's tile/8/0/000 and tile/8/data/000 into C2SP's tile/0/000 and tile/entries/000.
func tilePath(tile tlog.Tile) string {
	path := strings.Replace(tile.Path(), "tile/8/", "tile/", 1)
	return strings.Replace(path, "tile/data/", "tile/entries/", 1)
}

func min(a, b int64) int64 {
	if a < b {
		return a
	}
	return b
}

func read(path string) []byte {
	data, err := os.ReadFile(path)
	check(err)
	return data
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func require(condition bool, otherwise string) {
	if !condition {
		log.Fatal(otherwise)
	}
}
