#!/usr/bin/env bash
# How much of a long review does each cell need? Trains on the last 10, 20, … 1000 words of reviews that have at least 1000
# words, so that no text is shorter than what is read, and prints a line of CSV for each run.
#
#   docs/sentiment-by-length.sh TRAIN TEST [OPTION…]
#
# TRAIN and TEST have the columns text and label; options such as --text-column go to every run.
set -euo pipefail

if [ $# -lt 2 ]; then
  printf 'sentiment-by-length: expected a file to train and one to test, got %d\n' $# >&2
  exit 2
fi
train=$1 test=$2
shift 2

rnn=$(dirname "${BASH_SOURCE[0]}")/../rnn
runs=$(mktemp -d)
trap 'rm -rf "$runs"' EXIT

echo 'cell,words,accuracy,low,high'
for cell in elman gru lstm; do
  for words in 10 20 50 100 200 500 1000; do
    "$rnn" train sentiment --data "$train" --test "$test" --min-length 1000 --max-length "$words" --cell "$cell" \
      --pooling last --hidden 64 --batch 16 --epochs 20 --patience 5 --out "$runs/$cell-$words" "$@" 2>/dev/null |
      sed -nE "s/^ *(score +)?accuracy ([0-9.]+) \(95 % of resamples: ([0-9.]+) to ([0-9.]+)\).*/$cell,$words,\2,\3,\4/p"
  done
done
