package dev.recurrent.cpu;

import static java.lang.constant.ConstantDescs.CD_float;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_void;
import static java.lang.constant.ConstantDescs.INIT_NAME;
import static java.lang.constant.ConstantDescs.MTD_void;

import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.AccessFlag;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes the bytecode of register tiles, one hidden class for each shape.
 *
 * <p>What it writes for 2 rows x 2 vectors is what one would write by hand:
 *
 * <pre>{@code
 * var x00 = load(s, sOffset + d[dFirst]);            var x01 = load(s, sOffset + d[dFirst + 1]);
 * var x10 = load(s, sOffset + sStride + d[dFirst]);  var x11 = ...
 * for (int k = 0; k < depth; k++) {
 *   var b0 = load(b, bOffset + k * 2 * L);  var b1 = load(b, bOffset + k * 2 * L + L);
 *   var y = broadcast(a[aOffset + k]);            x00 = fma(y, b0, x00);  x01 = fma(y, b1, x01);
 *   y = broadcast(a[aOffset + aStride + k]);      x10 = fma(y, b0, x10);  x11 = fma(y, b1, x11);
 * }
 * store(x00, c, cOffset + d[dFirst]); ...
 * }</pre>
 *
 * <p>It calls nothing but the Vector API: see {@link VectorBodies} for why.
 */
final class TileCompiler {
  /** How a tile finds the elements of A and B. */
  enum Layout {
    /** A row-major, {@code a[aOffset + r * aStride + k]}; B in panels. */
    ROWS_BY_PANELS,
    /** A packed in tiles, {@code a[aOffset + k * rows + r]}; B in panels. */
    TILES_BY_PANELS,
    /** A row-major; B row-major, its rows {@code panelStride} apart. */
    ROWS_BY_ROWS
  }

  private static final ClassDesc TILE = ClassDesc.of("dev.recurrent.cpu.Tile");
  private static final ClassDesc LANES = ClassDesc.of("dev.recurrent.cpu.Lanes");
  private static final ClassDesc VECTOR = ClassDesc.of("jdk.incubator.vector.FloatVector");
  private static final ClassDesc SPECIES = ClassDesc.of("jdk.incubator.vector.VectorSpecies");
  private static final ClassDesc FLOATS = CD_float.arrayType();
  private static final MethodTypeDesc RUN =
      MethodTypeDesc.of(
          CD_void,
          FLOATS,
          CD_int,
          CD_int,
          FLOATS,
          CD_int,
          CD_int,
          CD_int,
          FLOATS,
          CD_int,
          CD_int,
          FLOATS,
          CD_int,
          CD_int,
          CD_int.arrayType(),
          CD_int);

  // slots of the parameters of Tile.run
  private static final int A = 1;
  private static final int A_OFFSET = 2;
  private static final int A_STRIDE = 3;
  private static final int B = 4;
  private static final int B_OFFSET = 5;
  private static final int PANEL_STRIDE = 6;
  private static final int DEPTH = 7;
  private static final int S = 8;
  private static final int S_OFFSET = 9;
  private static final int S_STRIDE = 10;
  private static final int C = 11;
  private static final int C_OFFSET = 12;
  private static final int C_STRIDE = 13;
  private static final int D = 14;
  private static final int D_FIRST = 15;

  private final int rows;
  private final int vectors; // in all panels
  private final int panels;
  private final Layout layout;

  private int k;
  private final List<Integer> sums = new ArrayList<>(); // slots, [rows][vectors]
  private final List<Integer> columns = new ArrayList<>(); // slots of d(v)
  private final List<Integer> lefts = new ArrayList<>(); // slots of the rows' offsets in A
  private final List<Integer> rights = new ArrayList<>(); // slots of the vectors of B

  private TileCompiler(int rows, int vectors, int panels, Layout layout) {
    this.rows = rows;
    this.vectors = vectors * panels;
    this.panels = panels;
    this.layout = layout;
  }

  /** Compiles a tile of {@code rows} times {@code panels} panels of {@code vectors} each. */
  static Tile compile(int rows, int vectors, int panels, Layout layout) {
    var tile = new TileCompiler(rows, vectors, panels, layout).define();
    tile.rehearse(new TileRehearsal(tile, rows, vectors, panels, layout));
    return tile;
  }

  private Tile define() {
    var name = "Tile%dx%d_%s".formatted(rows, vectors, layout);
    byte[] bytes =
        ClassFile.of()
            .build(
                ClassDesc.of("dev.recurrent.cpu." + name),
                c ->
                    c.withSuperclass(TILE)
                        .withFlags(AccessFlag.FINAL)
                        .withMethodBody(
                            INIT_NAME,
                            MTD_void,
                            0,
                            m -> m.aload(0).invokespecial(TILE, INIT_NAME, MTD_void).return_())
                        .withMethodBody("run", RUN, 0, this::emit));
    try {
      var lookup = MethodHandles.lookup().defineHiddenClass(bytes, true);
      return (Tile) lookup.lookupClass().getDeclaredConstructor().newInstance();
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("tile %s: cannot be defined".formatted(name), e);
    }
  }

  private void emit(CodeBuilder code) {
    var begin = code.newLabel();
    code.iload(DEPTH).ifge(begin).return_().labelBinding(begin); // for rehearsals
    emitColumns(code);
    emitStart(code);
    emitLeftOffsets(code);
    k = code.allocateLocal(TypeKind.INT);
    for (int v = 0; v < vectors; v++) {
      rights.add(code.allocateLocal(TypeKind.REFERENCE));
    }
    code.iconst_0().istore(k);
    var test = code.newLabel();
    var top = code.newLabel();
    code.goto_(test).labelBinding(top);
    emitStep(code);
    code.iinc(k, 1).labelBinding(test).iload(k).iload(DEPTH).if_icmplt(top);
    emitStores(code);
    code.return_();
  }

  /** Reads d(v) once for each vector. */
  private void emitColumns(CodeBuilder code) {
    for (int v = 0; v < vectors; v++) {
      int slot = code.allocateLocal(TypeKind.INT);
      columns.add(slot);
      code.aload(D).iload(D_FIRST).loadConstant(v).iadd().iaload().istore(slot);
    }
  }

  /** Loads the sums from S. */
  private void emitStart(CodeBuilder code) {
    int row = code.allocateLocal(TypeKind.INT);
    code.iload(S_OFFSET).istore(row);
    for (int r = 0; r < rows; r++) {
      for (int v = 0; v < vectors; v++) {
        int slot = code.allocateLocal(TypeKind.REFERENCE);
        sums.add(slot);
        species(code).aload(S).iload(row).iload(columns.get(v)).iadd();
        load(code).astore(slot);
      }
      code.iload(row).iload(S_STRIDE).iadd().istore(row);
    }
  }

  private void emitLeftOffsets(CodeBuilder code) {
    for (int r = 0; r < rows; r++) {
      int slot = code.allocateLocal(TypeKind.INT);
      lefts.add(slot);
      if (layout == Layout.TILES_BY_PANELS) {
        code.iload(A_OFFSET).loadConstant(r).iadd().istore(slot);
      } else if (r == 0) {
        code.iload(A_OFFSET).istore(slot);
      } else {
        code.iload(lefts.get(r - 1)).iload(A_STRIDE).iadd().istore(slot);
      }
    }
  }

  /** Adds one k to all sums. */
  private void emitStep(CodeBuilder code) {
    int panelVectors = vectors / panels;
    for (int v = 0; v < vectors; v++) {
      species(code).aload(B).iload(B_OFFSET);
      if (layout == Layout.ROWS_BY_ROWS) {
        code.iload(k).iload(PANEL_STRIDE).imul().iadd();
        code.loadConstant(v * Lanes.COUNT).iadd();
      } else {
        if (v >= panelVectors) {
          code.iload(PANEL_STRIDE).loadConstant(v / panelVectors).imul().iadd();
        }
        code.iload(k).loadConstant(panelVectors * Lanes.COUNT).imul().iadd();
        code.loadConstant(v % panelVectors * Lanes.COUNT).iadd();
      }
      load(code).astore(rights.get(v));
    }
    int y = code.allocateLocal(TypeKind.REFERENCE);
    for (int r = 0; r < rows; r++) {
      species(code).aload(A).iload(lefts.get(r)).iload(k);
      if (layout == Layout.TILES_BY_PANELS) {
        code.loadConstant(rows).imul();
      }
      code.iadd().faload();
      code.invokestatic(VECTOR, "broadcast", MethodTypeDesc.of(VECTOR, SPECIES, CD_float));
      code.astore(y);
      for (int v = 0; v < vectors; v++) {
        int sum = sums.get(r * vectors + v);
        VectorBodies.emitFma(code.aload(y).aload(rights.get(v)).aload(sum));
        code.astore(sum);
      }
    }
  }

  private void emitStores(CodeBuilder code) {
    int row = code.allocateLocal(TypeKind.INT);
    code.iload(C_OFFSET).istore(row);
    for (int r = 0; r < rows; r++) {
      for (int v = 0; v < vectors; v++) {
        code.aload(sums.get(r * vectors + v)).aload(C).iload(row).iload(columns.get(v)).iadd();
        code.invokevirtual(VECTOR, "intoArray", MethodTypeDesc.of(CD_void, FLOATS, CD_int));
      }
      code.iload(row).iload(C_STRIDE).iadd().istore(row);
    }
  }

  private static CodeBuilder species(CodeBuilder code) {
    return code.getstatic(LANES, "SPECIES", SPECIES);
  }

  private static CodeBuilder load(CodeBuilder code) {
    return code.invokestatic(
        VECTOR, "fromArray", MethodTypeDesc.of(VECTOR, SPECIES, FLOATS, CD_int));
  }
}
