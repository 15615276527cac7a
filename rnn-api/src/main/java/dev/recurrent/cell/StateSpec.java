package dev.recurrent.cell;

/** Names a state of a cell and its number of columns. */
public record StateSpec(String name, int size) {}
