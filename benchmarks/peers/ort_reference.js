// Runs a model in ONNX Runtime on an input that is the same every time, and writes input and output as tensors of the format.
// Usage: NODE_PATH=<peers folder>/node_modules node ort_reference.js FOLDER      (with FOLDER/model.onnx; writes FOLDER/test_data_set_0)
const ort = require('onnxruntime-node'), fs = require('fs'), path = require('path');
const types = { float32: [1, Float32Array], uint8: [2, Uint8Array], int8: [3, Int8Array], int32: [6, Int32Array], int64: [7, BigInt64Array], bool: [9, Uint8Array], float64: [11, Float64Array] };
const varint = n => { const out = []; for (n = BigInt(n); n > 127n; n >>= 7n) out.push(Number(n & 127n) | 128); out.push(Number(n)); return Buffer.from(out); };
const block = (field, bytes) => Buffer.concat([varint(field << 3 | 2), varint(bytes.length), bytes]);
const tensor = t => Buffer.concat([
  ...t.dims.map(d => Buffer.concat([varint(1 << 3), varint(d)])), varint(2 << 3), varint(types[t.type][0]), block(9, Buffer.from(t.data.buffer, t.data.byteOffset, t.data.byteLength))]);
// A size that is open: one image, three colours, 320 pixels a side; half a second of sound.
const open = (rank, axis) => rank === 4 ? [1, 3, 320, 320][axis] : rank === 2 && axis === 1 ? 512 : 1;
(async () => {
  const folder = process.argv[2], session = await ort.InferenceSession.create(path.join(folder, 'model.onnx')), feeds = {};
  for (const { name, type, shape } of session.inputMetadata) {
    const dims = shape.map((d, axis) => typeof d === 'number' && d > 0 ? d : open(shape.length, axis)), count = dims.reduce((a, b) => a * b, 1), array = new types[type][1](count);
    // Sampling rates are what they are; states begin with zeros; all else is a wave.
    for (let i = 0; i < count; i++)
      if (name === 'sr') array[i] = 16000n;
      else if (type.startsWith('float')) array[i] = ['h', 'c', 'state'].includes(name) ? 0 : Math.sin(i * 0.1) * Math.cos(i * 0.0037);
      else array[i] = type === 'int64' ? BigInt(i * 7 % 100) : i * 7 % 100;
    feeds[name] = new ort.Tensor(type, array, dims);
  }
  const out = await session.run(feeds), target = path.join(folder, 'test_data_set_0');
  fs.mkdirSync(target, { recursive: true });
  session.inputNames.forEach((name, i) => fs.writeFileSync(path.join(target, `input_${i}.pb`), tensor(feeds[name])));
  session.outputNames.forEach((name, i) => fs.writeFileSync(path.join(target, `output_${i}.pb`), tensor(out[name])));
  console.log(`${folder}: ${session.inputNames.map(n => `${n}[${feeds[n].dims}]`)} -> ${session.outputNames.map(n => `${n}[${out[n].dims}]`)}`);
})().catch(error => { console.error(`${process.argv[2]}: ${error.message}`); process.exit(1); });
