document.documentElement.dataset.zoom = localStorage.getItem("zoom") ?? "0";
